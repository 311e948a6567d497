export function bundle(): Promise<string>;
export function bundleSizes(text: string): Promise<{ all: number; core: number }>;
