// Signs in again in place: the session ended while work was open. Nothing else changes; what is entered goes on being
// kept on the device. `renew()` says whether the server knows this person again; `onward()` runs when it does.
export const signingIn = ({ address, renew, onward }) => {
  const dialog = document.querySelector("[data-sign-in]");
  const form = dialog.querySelector("form");
  const said = dialog.querySelector("[data-sign-in-said]");
  let later = 0;
  let asking = false;

  const proof = async () => {
    const answer = await fetch(address, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("main [name=csrf_token]")?.value ?? page.querySelector("[name=csrf_token]")?.value;
  };

  const signOut = async () => {
    const csrf_token = await proof();
    await fetch("/signout", { method: "POST", redirect: "manual", body: new URLSearchParams({ csrf_token }) });
  };

  const signIn = async () => {
    const body = new URLSearchParams({ login: form.login.value, password: form.password.value, csrf_token: await proof() });
    const answer = await fetch(address, { method: "POST", redirect: "manual", body });
    if (answer.type !== "opaqueredirect") {
      said.textContent = said.dataset.wrongText;
      return;
    }
    if (await renew()) {
      form.reset();
      dialog.close();
      onward();
      return;
    }
    await signOut();
    said.textContent = said.dataset.otherText;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    said.textContent = "";
    try {
      await signIn();
    } catch {
      said.textContent = said.dataset.networkText;
    } finally {
      asking = false;
    }
  });
  dialog.querySelector("[data-sign-in-later]").addEventListener("click", () => {
    later = Date.now() + 60_000;
    dialog.close();
  });

  return (standing) => {
    if (dialog.open || Date.now() < later) return;
    said.textContent = standing === "somebody-else" ? said.dataset.otherText : "";
    dialog.showModal();
  };
};
