/** WebAssembly instructions without an immediate, by their name in the specification. */
const plain = {
  unreachable: 0x00,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.gt_s": 0x4a,
  "i32.gt_u": 0x4b,
  "i32.le_s": 0x4c,
  "i32.ge_s": 0x4e,
  "i32.ge_u": 0x4f,
  "f32.eq": 0x5b,
  "f32.ne": 0x5c,
  "f32.lt": 0x5d,
  "f32.gt": 0x5e,
  "f32.le": 0x5f,
  "f32.ge": 0x60,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_s": 0x6d,
  "i32.div_u": 0x6e,
  "i32.rem_s": 0x6f,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  "i64.add": 0x7c,
  "i64.mul": 0x7e,
  "i64.xor": 0x85,
  "i64.shl": 0x86,
  "i64.shr_u": 0x88,
  "i32.wrap_i64": 0xa7,
  "i64.extend_i32_u": 0xad,
  "f32.abs": 0x8b,
  "f32.neg": 0x8c,
  "f32.floor": 0x8e,
  "f32.sqrt": 0x91,
  "f32.add": 0x92,
  "f32.sub": 0x93,
  "f32.mul": 0x94,
  "f32.div": 0x95,
  "f32.min": 0x96,
  "f32.max": 0x97,
  "f32.convert_i32_s": 0xb2,
  "f32.convert_i32_u": 0xb3,
  "f32.reinterpret_i32": 0xbe,
  "i32.reinterpret_f32": 0xbc,
} as const;

/** SIMD instructions without an immediate; numbers over 0xff are relaxed SIMD. */
const simd = {
  "i8x16.swizzle": 0x0e,
  "i32x4.splat": 0x11,
  "f32x4.splat": 0x13,
  "i32x4.eq": 0x37,
  "i32x4.lt_s": 0x39,
  "i32x4.gt_s": 0x3b,
  "f32x4.eq": 0x41,
  "f32x4.ne": 0x42,
  "f32x4.lt": 0x43,
  "f32x4.gt": 0x44,
  "f32x4.le": 0x45,
  "f32x4.ge": 0x46,
  "f64x2.eq": 0x47,
  "f64x2.lt": 0x49,
  "v128.not": 0x4d,
  "v128.and": 0x4e,
  "v128.andnot": 0x4f,
  "v128.or": 0x50,
  "v128.xor": 0x51,
  "v128.bitselect": 0x52,
  "v128.any_true": 0x53,
  "f32x4.demote_f64x2_zero": 0x5e,
  "f64x2.promote_low_f32x4": 0x5f,
  "f32x4.ceil": 0x67,
  "f32x4.floor": 0x68,
  "f32x4.trunc": 0x69,
  "f32x4.nearest": 0x6a,
  "i32x4.shl": 0xab,
  "i32x4.shr_s": 0xac,
  "i32x4.shr_u": 0xad,
  "i32x4.add": 0xae,
  "i32x4.sub": 0xb1,
  "i32x4.mul": 0xb5,
  "i32x4.min_s": 0xb6,
  "i32x4.max_s": 0xb8,
  "i64x2.shl": 0xcb,
  "i64x2.shr_s": 0xcc,
  "i64x2.shr_u": 0xcd,
  "i64x2.add": 0xce,
  "i64x2.sub": 0xd1,
  "i64x2.extmul_low_i32x4_u": 0xde,
  "i64x2.extmul_high_i32x4_u": 0xdf,
  "f32x4.abs": 0xe0,
  "f32x4.neg": 0xe1,
  "f32x4.sqrt": 0xe3,
  "f32x4.add": 0xe4,
  "f32x4.sub": 0xe5,
  "f32x4.mul": 0xe6,
  "f32x4.div": 0xe7,
  "f32x4.min": 0xe8,
  "f32x4.max": 0xe9,
  "f32x4.pmin": 0xea,
  "f32x4.pmax": 0xeb,
  "f64x2.add": 0xf0,
  "f64x2.sub": 0xf1,
  "f64x2.mul": 0xf2,
  "f64x2.div": 0xf3,
  "f64x2.pmin": 0xf6,
  "f64x2.pmax": 0xf7,
  "i32x4.trunc_sat_f32x4_s": 0xf8,
  "f32x4.convert_i32x4_s": 0xfa,
  "f32x4.convert_i32x4_u": 0xfb,
  "f64x2.convert_low_i32x4_s": 0xfe,
  "f32x4.relaxed_madd": 0x105,
  "f32x4.relaxed_nmadd": 0x106,
} as const;

/** Loads and stores: opcode and the logarithm of their natural alignment. */
const memory = {
  "i32.load": [0x28, 2],
  "f32.load": [0x2a, 2],
  "i32.load8_u": [0x2d, 0],
  "i32.store": [0x36, 2],
  "f32.store": [0x38, 2],
  "i32.store8": [0x3a, 0],
} as const;

const simdMemory = {
  "v128.load": [0x00, 2],
  "v128.load32_splat": [0x09, 2],
  "v128.load64_splat": [0x0a, 3],
  "v128.store": [0x0b, 2],
  "v128.load32_zero": [0x5c, 2],
  "v128.load64_zero": [0x5d, 2],
} as const;

/** Loads and stores of one lane. */
const laneMemory = {
  "v128.load32_lane": [0x56, 2],
  "v128.store32_lane": [0x5a, 2],
  "v128.store64_lane": [0x5b, 2],
} as const;

/** SIMD instructions with a lane number. */
const lane = {
  "i32x4.extract_lane": 0x1b,
  "i32x4.replace_lane": 0x1c,
  "f32x4.extract_lane": 0x1f,
  "f32x4.replace_lane": 0x20,
} as const;

export type Instruction = keyof typeof plain | keyof typeof simd;
export type MemoryInstruction = keyof typeof memory | keyof typeof simdMemory;
export type LaneMemoryInstruction = keyof typeof laneMemory;
export type LaneInstruction = keyof typeof lane;
export type AnyInstruction = Instruction | MemoryInstruction | LaneMemoryInstruction | LaneInstruction;

/** An instruction as one number: its opcode, `simdFlag` where the byte 0xfd goes before it, and its alignment above `alignmentShift`. */
export const simdFlag = 0x200;
export const alignmentShift = 10;

/** The numbers of all instructions. */
export const encodings: Readonly<Record<string, number>> = /* @__PURE__ */ encode();

function encode(): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [at, table] of [plain, memory, simd, simdMemory, laneMemory, lane].entries()) {
    for (const [name, entry] of Object.entries<number | readonly [number, number]>(table)) {
      const [opcode, alignment] = typeof entry === "number" ? [entry, 0] : entry;
      numbers[name] = opcode + (at > 1 ? simdFlag : 0) + (alignment << alignmentShift);
    }
  }
  return numbers;
}
