// The Node side of the room: everything that runs anywhere, and files.
export { checkImageFits, checkImagePath, decodeImage, imageExtensions, readImage, writeImage } from "./image.ts";
export {
  type ImageFolderOptions,
  type LabelledImages,
  listImageClasses,
  listImages,
  loadImageFolder,
} from "./image-folder.ts";
export * from "./index.ts";
export { isMnistFolder, loadMnist, readIdx } from "./mnist.ts";
