import { ConvsmithError } from "../core/errors.ts";
import { Generator } from "../core/generator.ts";
import type { Shape } from "../core/shape.ts";
import type { Device, RunRequest } from "../engine/device.ts";
import { type PlanGraph, planGraph } from "../engine/plan-graph.ts";
import { EngineState } from "../engine/state.ts";
import * as nn from "../nn/index.ts";
import { Adam } from "../optim/index.ts";
import { withEngine } from "../tensor/engine.ts";
import { engine, withGenerator } from "../tensor/index.ts";
import { checkInputShape, inMode, type Network, placeholder, tensorsIn } from "./recording.ts";

/** Which part of a training step something belongs to. An inference is all forward. */
export type Phase = "forward" | "backward" | "update";

/** A run as it would be planned, which never takes place. */
export interface ScratchRun {
  readonly graph: PlanGraph;
  /** Null in an inference. */
  readonly loss: nn.Module | null;
  /** Of the node with this id. */
  phase(id: number): Phase;
}

/**
 * The run of an inference, or of a training step (forward, mean squared error, backward, Adam), as the engine would ask a
 * device for it. Nothing is computed, no parameter is made, and the network, what is pending on it and the random stream
 * are afterwards as they were.
 */
export function scratchRun(by: string, network: Network, inputShape: Shape, train: boolean): ScratchRun {
  checkInputShape(by, inputShape);
  const recorder = new RequestRecorder();
  const record = () => (train ? trainingStep(network, inputShape) : inference(network, inputShape));
  const restore = [...network.parameters(), ...network.buffers()].map((each) => each.setAside());
  try {
    const run = withEngine(new EngineState(recorder), () =>
      inMode(network, train, () => withGenerator(new Generator(0), record)),
    );
    const { graph } = recorder;
    if (!graph) throw new ConvsmithError(`${by}: ${network.constructor.name} reads a tensor that is replaced since`);
    return { ...run, graph };
  } finally {
    for (const each of restore) each();
  }
}

type Recorded = Omit<ScratchRun, "graph">;

function inference(network: Network, inputShape: Shape): Recorded {
  const outputs = tensorsIn(network.forward(placeholder(inputShape)));
  engine()
    .values(outputs.map((each) => each.node))
    .catch(refused);
  return { loss: null, phase: () => "forward" };
}

function trainingStep(network: Network, inputShape: Shape): Recorded {
  const outputs = tensorsIn(network.forward(placeholder(inputShape)));
  const optimizer = new Adam(network.parameters(), { lr: 1e-3 });
  const loss = new nn.MSELoss();
  const losses = outputs.map((each) => loss.forward(each, placeholder(each.shape)));
  const forwardEnd = lastId();
  for (const each of losses) each.backward();
  const backwardEnd = lastId();
  optimizer.step().catch(refused);
  return { loss, phase: (id) => (id <= forwardEnd ? "forward" : id <= backwardEnd ? "backward" : "update") };
}

/** Ids count up with every node. */
const lastId = () => placeholder([]).node.id;

/** Takes one request and refuses it, before anything has changed. */
class RequestRecorder implements Device {
  readonly name = "none";
  graph: PlanGraph | null = null;

  prepare(request: RunRequest): never {
    this.graph = planGraph(request);
    throw new ConvsmithError("this run is only planned");
  }
}

const refused = () => undefined;
