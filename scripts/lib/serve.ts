import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders = ["/examples/browser/", "/dist/browser/"];
const base = "http://127.0.0.1";
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };
const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

export interface ServeOptions {
  /** Whether pages may share memory between threads. */
  readonly isolated: boolean;
  /** A free one where left out. */
  readonly port?: number;
  /** Texts that are served instead of files, by path. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Serves the browser example and the bundle it loads, to this machine only; everything else in the repository stays private. */
export async function serve({ isolated, port = 0, texts = {} }: ServeOptions) {
  const server = createServer(async (request, response) => {
    const target = request.url ?? "/";
    const pathname = URL.canParse(target, base) ? new URL(target, base).pathname : "";
    if (pathname === "/") {
      response.writeHead(302, { location: folders[0] }).end();
      return;
    }
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const content = texts[path] ?? (await read(path));
    const type = types[extname(path)] ?? "application/octet-stream";
    const headers = { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" };
    if (content === null) response.writeHead(404, headers).end("not found");
    else response.writeHead(200, { ...headers, ...(isolated ? isolation : {}) }).end(content);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `${base}:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

// The URL parser has removed every "..", and an encoded one stays a name of two strange characters.
async function read(path: string): Promise<Buffer | null> {
  if (!folders.some((folder) => path.startsWith(folder))) return null;
  return readFile(join(root, path)).catch(() => null);
}
