// Signs in again in place: the session ended while the exam was open. Nothing else changes; answers go on being kept.
import { signingIn } from "../kept/signing_in.js";
import { exam } from "./page.js";
import { flush, renew, state } from "./sending.js";

// The right person, whose exam goes on on another device: the page says so, and nothing else is asked here.
const known = async () => (await renew()) || state().standing === "elsewhere";

export const ask = signingIn({ address: exam.dataset.signInUrl, renew: known, onward: flush });
