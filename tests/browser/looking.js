// What a test asks of a page as it stands, for `tests/practicals/test_every_page.py`: `window.looking`.
window.looking = (() => {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=true]";
  const text = (one) => (one.textContent || "").trim();
  const name = (one) => {
    const said = (one.getAttribute("aria-label") || text(one)).replace(/\s+/g, " ");
    const own = `${one.id ? `#${one.id}` : ""}${one.getAttribute("class") ? `.${one.getAttribute("class")}` : ""}`;
    return `<${one.tagName.toLowerCase()}${own}> ${said.slice(0, 50)}`;
  };
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  const tiny = (box) => box.width <= 1 || box.height <= 1;
  const usable = (one) => shown(one) && !one.matches(":disabled") && one.tabIndex >= 0 && !one.closest("[inert]");

  // The places where the Tab key must stop: one of a group of radio buttons stands for the group.
  let stops = [];
  const key = (one) => (one.type === "radio" ? `radio ${one.form ? one.form.action : ""} ${one.name}` : one);
  function wanted() {
    stops = [...new Map([...document.querySelectorAll(CONTROLS)].filter(usable).map((one) => [key(one), one])).values()];
    return stops.map(name);
  }

  // Put the keyboard before everything, whatever the page took for itself.
  function start() {
    const first = document.createElement("span");
    first.tabIndex = -1;
    document.body.prepend(first);
    first.focus();
    first.remove();
  }

  const ring = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !tiny(one.getBoundingClientRect());
  };
  const uncovered = (one) => {
    const box = one.getBoundingClientRect();
    return [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].some(([x, y]) => {
      const at = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      return at !== null && (one.contains(at) || at.contains(one) || at.closest("label")?.control === one);
    });
  };

  // Where the keyboard is: the number of the stop, and whether one sees it.
  function here() {
    const one = document.activeElement;
    if (one === null || one === document.body || one === document.documentElement) return null;
    const around = [one, one.closest("label"), one.labels?.[0], one.parentElement].filter(Boolean);
    const place = around.find((each) => !tiny(each.getBoundingClientRect())) || one;
    return {
      stop: stops.findIndex((each) => key(each) === key(one)),
      name: name(one),
      ring: around.some(ring),
      uncovered: uncovered(place),
    };
  }

  // What a mouse can press but no keyboard can.
  function mouseOnly() {
    return [...document.querySelectorAll("main *, header *, footer *")]
      .filter((one) => shown(one) && getComputedStyle(one).cursor === "pointer")
      .filter((one) => !one.closest(`${CONTROLS}, label, option`))
      .map(name);
  }

  // --- forced colours
  const lines = ["Top", "Right", "Bottom", "Left"];
  const bordered = (style) =>
    lines.every((side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) >= 1);
  function unframed() {
    return [...document.querySelectorAll("button, .button, input, select, textarea, [role=button]")]
      .filter((one) => shown(one) && !tiny(one.getBoundingClientRect()))
      .filter((one) => !["checkbox", "radio", "range"].includes(one.type))
      .filter((one) => {
        const style = getComputedStyle(one);
        return !bordered(style) && !style.textDecorationLine.includes("underline");
      })
      .map(name);
  }

  const STATES = { "aria-pressed": "true", "aria-selected": "true", "aria-checked": "true", "aria-current": null };
  const drawn = (one) =>
    ["", "::before", "::after"].map((part) => {
      const style = getComputedStyle(one, part || null);
      const said = ["outlineStyle", "outlineWidth", "fontWeight", "textDecorationLine", "textDecorationThickness", "content"];
      const edges = lines.flatMap((side) => [`border${side}Width`, `border${side}Style`]);
      return [...said, ...edges].map((each) => style[each]).join(" ");
    }).join("|");
  function unmarked() {
    const found = [];
    for (const [attribute, value] of Object.entries(STATES)) {
      for (const one of document.querySelectorAll(`[${attribute}]`)) {
        const held = one.getAttribute(attribute);
        if (!shown(one) || held === "false" || (value !== null && held !== value)) continue;
        if (attribute === "aria-current" && !one.matches("a[href], button")) continue; // the one that is no link
        const chosen = drawn(one);
        if (attribute === "aria-current") one.removeAttribute(attribute); else one.setAttribute(attribute, "false");
        if (drawn(one) === chosen) found.push(`${attribute} of ${name(one)}`);
        one.setAttribute(attribute, held);
      }
    }
    for (const one of document.querySelectorAll("input:is([type=radio], [type=checkbox])")) {
      const box = one.getBoundingClientRect();
      if (shown(one) && (box.width < 12 || getComputedStyle(one).appearance === "none")) found.push(name(one));
    }
    return found;
  }

  // Boxes without words whose only look is their background; asked before and after colours are forced.
  const seen = (style) => !/rgba?\(.*, 0\)$|transparent/.test(style.backgroundColor);
  function patches() {
    return [...document.querySelectorAll("main *")].filter((one) => {
      const box = one.getBoundingClientRect();
      const bare = one.childElementCount === 0 && text(one) === "" && !one.matches("input, select, textarea, img, video, canvas, iframe");
      return bare && !one.closest("svg") && shown(one) && box.width > 3 && box.height > 3 && seen(getComputedStyle(one));
    }).map((one) => { one.setAttribute("data-patch", ""); return name(one); });
  }
  function lostPatches() {
    return [...document.querySelectorAll("[data-patch]")].filter((one) => {
      const style = getComputedStyle(one);
      const behind = getComputedStyle(one.parentElement);
      return !bordered(style) && style.outlineStyle === "none" && style.backgroundColor === behind.backgroundColor;
    }).map(name);
  }

  // --- text at twice its size
  const hides = (style, axis) => ["hidden", "clip"].includes(style[axis]);
  const unseen = (one) => {
    const style = getComputedStyle(one);
    return style.clipPath !== "none" || tiny(one.getBoundingClientRect());
  };
  function cut() {
    return [...document.querySelectorAll("body *")].filter((one) => {
      if (!shown(one) || text(one) === "" || one.closest("svg, [data-fixed-size]") || one.matches("option, textarea")) return false;
      const style = getComputedStyle(one);
      if (unseen(one) || style.display === "inline") return false;
      const wide = hides(style, "overflowX") && one.scrollWidth > one.clientWidth + 1;
      const high = hides(style, "overflowY") && one.scrollHeight > one.clientHeight + 1;
      return wide || high;
    }).map(name);
  }
  const scrolls = (one) => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (["auto", "scroll"].includes(style.overflowX)) return true;
      if (style.clipPath !== "none") return true;
    }
    return false;
  };
  function beyond() {
    const width = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll("body *")].filter((one) => {
      const box = one.getBoundingClientRect();
      return shown(one) && !tiny(box) && (box.right > width + 1 || box.left < -1) && !scrolls(one) && !unseen(one);
    });
    return over.filter((one) => !over.some((other) => other !== one && one.contains(other))).map(name);
  }
  const floats = (one) => {
    for (let up = one; up; up = up.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(up).position)) return true;
      if (up.matches("svg, dialog, .languages details ul, select")) return true;
      if (getComputedStyle(up).clipPath !== "none") return true;
    }
    return false;
  };
  function overlaps() {
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const boxes = [];
    while (words.nextNode()) {
      const node = words.currentNode;
      const one = node.parentElement;
      if (!node.data.trim() || !shown(one) || floats(one)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width > 2 && box.height > 2) boxes.push({ box, node, one });
      }
    }
    boxes.sort((first, second) => first.box.top - second.box.top);
    const found = [];
    boxes.forEach((first, at) => {
      for (const second of boxes.slice(at + 1)) {
        // Lines stand closer than their letters are high: a third of a line is none.
        const slack = Math.min(first.box.height, second.box.height) / 3;
        if (second.box.top > first.box.bottom - slack) break;
        const across = Math.min(first.box.right, second.box.right) - Math.max(first.box.left, second.box.left);
        if (first.node !== second.node && across > 2) found.push(`${name(first.one)} and ${name(second.one)}`);
      }
    });
    return found;
  }
  // What stays in place may not take the screen from what moves.
  function heldBack() {
    const bars = [...document.querySelectorAll("body *")].filter((one) => shown(one) && ["fixed", "sticky"].includes(getComputedStyle(one).position));
    const outer = bars.filter((one) => !bars.some((other) => other !== one && other.contains(one)));
    const wide = outer.filter((one) => one.getBoundingClientRect().width > innerWidth / 2);
    const high = wide.reduce((sum, one) => sum + one.getBoundingClientRect().height, 0);
    return high > innerHeight / 2 ? wide.map(name) : [];
  }
  // Show what is folded, and wait for its pictures: one that comes later moves the page under the keyboard.
  async function unfold() {
    for (const one of document.querySelectorAll("details")) if (!one.closest(".languages")) one.open = true;
    for (const one of document.images) one.loading = "eager";
    await Promise.allSettled([...document.images].map((one) => one.decode()));
  }
  return { wanted, start, here, mouseOnly, unframed, unmarked, patches, lostPatches, cut, beyond, overlaps, heldBack, unfold };
})();
