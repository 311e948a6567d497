import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

function tree(files: Record<string, unknown>): string {
  const root = mkdtempSync(join(tmpdir(), "convsmith-package-"));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, output: stdout, lines: stderr.split("\n").filter(Boolean) };
}

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

describe("check-package", () => {
  const check = (files: Record<string, unknown>) => node(path("check-package.mjs"), tree(files));
  const exports = {
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./formats": { node: { default: "./dist/formats/node.js" }, default: { default: "./dist/formats/index.js" } },
  };
  const files = {
    "package.json": { exports, bin: { convsmith: "./dist/main.js" } },
    "dist/index.d.ts": "",
    "dist/index.js": 'export * from "./formats/index.js";\n',
    "dist/main.js": 'import "node:fs";\n',
    "dist/formats/node.js": 'import "node:fs";\n',
    "dist/formats/index.js": 'const fs = await import("node:fs");\n',
  };

  test("accepts a whole build with Node behind its condition", () => {
    expect(check(files)).toMatchObject({ status: 0, lines: [] });
  });

  test("names each path that is missing", () => {
    const { "dist/main.js": _, "dist/index.d.ts": __, ...rest } = files;
    expect(check(rest)).toMatchObject({
      status: 1,
      lines: [
        "check-package: exports . types names ./dist/index.d.ts, which the build did not make",
        "check-package: bin convsmith names ./dist/main.js, which the build did not make",
      ],
    });
  });

  test("wants what stands in for a file in browsers, and that file", () => {
    const browser = { "./dist/index.js": "./dist/index.web.js" };
    const { lines } = check({ ...files, "package.json": { exports, browser } });
    expect(lines).toEqual(["check-package: browser names ./dist/index.web.js, which the build did not make"]);
  });

  test("follows imports of browser paths to Node", () => {
    const { status, lines } = check({ ...files, "dist/formats/index.js": 'import { a } from "./node.js";\n' });
    expect(status).toBe(1);
    expect(lines).toContain(
      'check-package: "." in the browser reaches node:fs: dist/index.js → dist/formats/index.js → dist/formats/node.js',
    );
  });
});

describe("check-package on commands", () => {
  const check = (files: Record<string, string>) =>
    node(
      path("check-package.mjs"),
      tree({ "package.json": { exports: {}, bin: { convsmith: "./dist/main.js" } }, ...files }),
    );

  test("refuses protobuf at the start of a command, but not behind an import of its own", () => {
    const files = {
      "dist/main.js": 'const load = () => import("./run.js");\n',
      "dist/run.js": 'import { a } from "./onnx.js";\n',
      "dist/onnx.js": 'const b = () => import("./wire.js");\n',
      "dist/wire.js": 'import { fromBinary } from "@bufbuild/protobuf";\n',
    };
    expect(check(files)).toMatchObject({ status: 0, lines: [] });
    expect(check({ ...files, "dist/onnx.js": 'import { b } from "./wire.js";\n' })).toMatchObject({
      status: 1,
      lines: [
        "check-package: a command loads @bufbuild/protobuf at its start: dist/run.js → dist/onnx.js → dist/wire.js",
      ],
    });
  });
});

describe("isInstalled", () => {
  const isInstalled = (installed: unknown) => {
    const lock = {
      packages: {
        "": { name: "convsmith" },
        "node_modules/a": { version: "1.0.0" },
        "node_modules/only-on-windows": { version: "1.0.0", optional: true },
      },
    };
    const root = tree({
      "package-lock.json": lock,
      ...(installed ? { "node_modules/.package-lock.json": installed } : {}),
    });
    const code = `import { isInstalled } from ${JSON.stringify(new URL("lib/install.mjs", import.meta.url).href)};
      console.log(isInstalled(${JSON.stringify(root)}));`;
    return node("--input-type=module", "-e", code).output.trim();
  };

  test.each([
    ["nothing", undefined, "false"],
    ["damaged", "{", "false"],
    ["another version", { packages: { "node_modules/a": { version: "0.9.0" } } }, "false"],
    ["a package missing", { packages: {} }, "false"],
    ["all but another platform's", { packages: { "node_modules/a": { version: "1.0.0" } } }, "true"],
  ])("%s", (_, installed, expected) => expect(isInstalled(installed)).toBe(expected));
});
