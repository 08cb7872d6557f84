// The receipt is here: what is still kept of the exam is sent, and then this device forgets the exam.
import * as outbox from "./outbox.js";

const { receipt: attempt } = document.querySelector("[data-receipt]").dataset;

await outbox.forgetPages(attempt);
if (!(await outbox.eventsOf(attempt)).length) await outbox.forget(attempt);
