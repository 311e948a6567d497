import type { FieldFacts } from "./field-text.ts";

/** Okabe and Ito's colours: told apart without colour vision, and from viridis by their edge. */
const fieldColour = "#d55e00";
const pathColours = ["#e69f00", "#cc79a7", "#0072b2", "#56b4e9", "#f0e442"];

/** With an edge that is seen on every colour of the heat. */
function cased(shape: string, colour: string, edge: string, width: number, more = ""): string {
  const stroke = (of: string, wide: number) => `${shape} fill="none" stroke="${of}" stroke-width="${wide}"${more}/>`;
  return stroke(edge, width + 2) + stroke(colour, width);
}

export const fieldStroke = (edges: string): string =>
  cased(`<path d="${edges}"`, fieldColour, "#fff", 3, ' stroke-linecap="square"');
export const circleStroke = (shape: string): string => cased(shape, "#fff", "#000", 2.5, ' stroke-dasharray="7 5"');
export const crossStroke = (lines: string): string => cased(`<path d="${lines}"`, "#fff", "#000", 2.5);
export const pathStroke = (edges: string, which: number): string =>
  cased(`<path d="${edges}"`, pathColours[which]!, "#fff", 2.5);

/** Paths that do not line up are drawn one by one, where they are few. */
export const pathsApart = ({ paths }: FieldFacts): boolean =>
  paths.aligned === false && paths.paths.length <= pathColours.length;
