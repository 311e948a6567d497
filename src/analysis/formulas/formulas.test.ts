import { expect, test } from "vitest";
import * as f from "../index.ts";

test("output sizes, with the numbers put in", () => {
  expect(f.convOutputSize(32, 5)).toEqual({ value: 28, trace: "⌊(32 − 5 + 2·0)/1⌋ + 1 = 28", warning: "" });
  expect(f.convOutputSize(224, 7, { stride: 2, padding: 3 })).toEqual({
    value: 112,
    trace: "⌊(224 − 7 + 2·3)/2⌋ + 1 = 112",
    warning: "(224 − 7 + 2·3) mod 2 = 1: the last pixel of the padded input is dropped",
  });
  expect(f.convOutputSize(16, 3, { dilation: 2 }).trace).toBe("⌊(16 − (2·(3 − 1) + 1) + 2·0)/1⌋ + 1 = 12");
  expect(f.poolOutputSize(7, 2)).toMatchObject({ value: 3, trace: "⌊(7 − 2 + 2·0)/2⌋ + 1 = 3" });
  expect(f.poolOutputSize(7, 2, { ceilMode: true })).toMatchObject({ value: 4, warning: "" });
  // PyTorch's rule: a window may not begin in the right padding.
  expect(f.poolOutputSize(4, 2, { stride: 3, padding: 1, ceilMode: true }).value).toBe(2);
  expect(f.poolOutputSize(6, 2, { stride: 3, padding: 1, ceilMode: true }).value).toBe(3);
  expect(f.poolOutputSize(1, 1, { stride: 2, padding: 0, ceilMode: true }).value).toBe(1);
  expect(f.convTransposeOutputSize(3, 3, { stride: 2, padding: 1 })).toMatchObject({
    value: 5,
    trace: "(3 − 1)·2 − 2·1 + 1·(3 − 1) + 0 + 1 = 5",
  });
  expect(f.samePadding(5)).toEqual({ value: 2, before: 2, after: 2, trace: "1·(5 − 1)/2 = 2", warning: "" });
  expect(f.samePadding(4).warning).toContain("1 before and 2 behind");
});

test("parameters, FLOPs and receptive fields", () => {
  expect(f.convParameters(1, 64, 5)).toMatchObject({ value: 1664, trace: "64·(1·5·5 + 1) = 1664" });
  expect(f.convParameters(8, 8, 3, { groups: 8, bias: false })).toMatchObject({ value: 72, trace: "8·(8/8·3·3) = 72" });
  expect(f.linearParameters(4096, 1000)).toMatchObject({ value: 4_097_000, trace: "4096·1000 + 1000 = 4097000" });
  expect(f.convFlops(64, 32, 3, [360, 640])).toMatchObject({
    value: 8_493_465_600,
    trace: "[(64·3·3) + (64·3·3 − 1) + 1]·32·360·640 = 8493465600",
  });
  expect(f.linearFlops(10, 3, { bias: false })).toMatchObject({ value: 57, trace: "[10 + (10 − 1)]·3 = 57" });
  let field: f.FieldState = { size: 1, stride: 1 };
  for (let layer = 0; layer < 4; layer++) field = f.receptiveFieldStep(field, 5).next;
  expect(field).toEqual({ size: 17, stride: 1 });
  expect(f.receptiveFieldStep({ size: 5, stride: 2 }, 3, { dilation: 2 }).trace).toBe("5 + (3 − 1)·2·2 = 13");
});

test("impossible numbers are refused with the reason", () => {
  expect(() => f.convOutputSize(3, 5)).toThrow(
    "convOutputSize: needs an input at least as large as its kernel, got input 3, kernel 5, padding 0. The input needs at least 5, or the padding at least 1",
  );
  expect(() => f.convOutputSize(3, 2.5)).toThrow("needs kernel to be a whole number from 1, got kernel 2.5");
  expect(() => f.poolOutputSize(8, 2, { padding: 2 })).toThrow("needs padding of at most half the kernel");
  expect(() => f.convTransposeOutputSize(3, 3, { outputPadding: 1 })).toThrow("needs outputPadding below stride");
  expect(() => f.convTransposeOutputSize(1, 1, { padding: 1 })).toThrow("needs an output of at least 1");
  expect(() => f.convParameters(3, 8, 3, { groups: 2 })).toThrow("needs groups that divide both");
});
