import { train } from "./train.js";

const form = document.querySelector("form");
const { threads, steps } = form.elements;
const status = document.querySelector("#isolation");

// Threads share memory, which a browser allows only on a page that is isolated by its headers.
if (crossOriginIsolated) {
  threads.max = Math.max(2, navigator.hardwareConcurrency);
  status.textContent = `This page is cross-origin isolated: up to ${threads.max} threads.`;
} else {
  threads.value = threads.max = 1;
  status.textContent = "This page is not cross-origin isolated: one thread. npm run example:browser sends the headers.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const where = event.submitter.value;
  const options = { threads: threads.valueAsNumber, steps: steps.valueAsNumber };
  const show = addRow(where, options.steps);
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    const run = where === "worker" ? trainInWorker : train;
    show.done(await run({ ...options, onStep: show.step }));
  } catch (error) {
    show.error(error);
  }
  for (const button of form.querySelectorAll("button")) button.disabled = false;
});

function trainInWorker({ onStep, ...options }) {
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.step) onStep(data.step);
      else if (data.done) resolve(data.done);
      else reject(new Error(data.error));
    };
    worker.onerror = ({ message }) => reject(new Error(message ?? "the worker could not be loaded"));
    worker.postMessage(options);
  }).finally(() => worker.terminate());
}

/** A row of the table that follows one training. */
function addRow(where, steps) {
  const row = document.querySelector("template").content.firstElementChild.cloneNode(true);
  const cell = (name) => row.querySelector(`.${name}`);
  const losses = [];
  cell("where").textContent = where === "worker" ? "worker" : "main thread";
  cell("progress").firstElementChild.max = steps;
  document.querySelector("tbody").append(row);
  return {
    step({ step, loss, stepsPerSecond, threads }) {
      losses.push(loss);
      cell("threads").textContent = threads;
      cell("progress").firstElementChild.value = step;
      cell("loss").textContent = loss.toFixed(6);
      cell("speed").textContent = stepsPerSecond.toFixed(1);
      cell("curve").querySelector("polyline").setAttribute("points", points(losses, steps));
    },
    done({ fingerprint }) {
      cell("weights").textContent = fingerprint;
      row.dataset.losses = JSON.stringify(losses);
    },
    error(error) {
      cell("weights").textContent = error.message;
      row.classList.add("failed");
    },
  };
}

/** The losses as a line through a picture of 100 x 24. */
function points(losses, steps) {
  const highest = Math.max(...losses);
  const x = (index) => (100 * index) / Math.max(1, steps - 1);
  return losses.map((loss, index) => `${x(index)},${23 - (22 * loss) / highest}`).join(" ");
}
