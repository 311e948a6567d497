import { type FunctionBuilder, unsignedLeb } from "./assembler.ts";

/** What `WebAssembly.Memory` a module imports (as "env" "memory"). The same for every kernel of a device. */
export interface MemoryType {
  readonly initialPages: number;
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** The bytes of a module that imports the device's memory and exports every function under its name. */
export function encodeModule(functions: readonly FunctionBuilder[], memory: MemoryType): Uint8Array<ArrayBuffer> {
  const bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  section(bytes, 1, vector(functions.map((each) => each.signature())));
  const limits = [memory.shared ? 0x03 : 0x01];
  unsignedLeb(memory.initialPages, limits);
  unsignedLeb(memory.maximumPages, limits);
  section(bytes, 2, vector([[...text("env"), ...text("memory"), 0x02, ...limits]]));
  section(bytes, 3, vector(functions.map((_, index) => leb(index))));
  section(bytes, 7, vector(functions.map((each, index) => [...text(each.name), 0x00, ...leb(index)])));
  section(
    bytes,
    10,
    vector(
      functions.map((each) => {
        const body = each.encode();
        return leb(body.length).concat(body);
      }),
    ),
  );
  return new Uint8Array(bytes);
}

function leb(value: number): number[] {
  const out: number[] = [];
  unsignedLeb(value, out);
  return out;
}

function text(value: string): number[] {
  const encoded = new TextEncoder().encode(value);
  return [...leb(encoded.length), ...encoded];
}

function vector(items: readonly (readonly number[])[]): number[] {
  const out = leb(items.length);
  for (const item of items) for (const byte of item) out.push(byte);
  return out;
}

function section(out: number[], id: number, content: readonly number[]): void {
  out.push(id);
  unsignedLeb(content.length, out);
  for (const byte of content) out.push(byte);
}
