// Today's list on the tablet: sends what is still here, and keeps the list for the time without a network.
import "./unsent.js";
import { fromDevice } from "./page.js";
import * as sending from "./sending.js";
import * as vaulting from "./vaulting.js";

const place = document.querySelector("[data-outbox]");
await sending.begin({ csrf: place.dataset.csrf, who: place.dataset.person });
await vaulting.begin({ fresh: !fromDevice });
