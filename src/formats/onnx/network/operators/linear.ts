import { functional as F } from "../../../../nn/index.ts";
import type { Operators } from "../operator.ts";

export const linears: Operators = {
  /** alpha · A · B + beta · C, A and B transposed where asked. */
  Gemm: {
    record(call) {
      const [alpha, beta] = [call.float("alpha", 1), call.float("beta", 1)];
      const a = call.int("transA", 0) ? call.tensor(0).transpose(0, 1) : call.tensor(0);
      const weight = call.int("transB", 0) ? call.tensor(1) : call.tensor(1).transpose(0, 1);
      // Before opset 7 C is only spread out where this is said; the shapes tell it.
      call.int("broadcast", 0);
      const c = call.optional(2);
      const simple = alpha === 1 && beta === 1 && c?.dim === 1 && c.shape[0] === weight.shape[0];
      if (simple) return F.linear(a, weight, c);
      const product = F.linear(a, weight, null);
      const scaled = alpha === 1 ? product : product.mul(alpha);
      return c ? scaled.add(beta === 1 ? c : c.mul(beta)) : scaled;
    },
    describe([, weight], call) {
      if (weight?.length !== 2) return "";
      const [outputs, inputs] = call.int("transB", 0) ? weight : weight.toReversed();
      return `${inputs}→${outputs}`;
    },
  },
  MatMul: {
    record: (call) => call.tensor(0).matmul(call.tensor(1)),
    describe: ([, weight]) => (weight?.length === 2 ? `${weight[0]}→${weight[1]}` : ""),
  },
};
