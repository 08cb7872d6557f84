// Signs in again in place: the session ended while the exam was open. Nothing else changes; answers go on being kept.
import { signingIn } from "../kept/signing_in.js";
import { exam } from "./page.js";
import { renew, flush } from "./sending.js";

export const ask = signingIn({ address: exam.dataset.signInUrl, renew, onward: flush });
