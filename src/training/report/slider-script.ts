/** Moves the divider between two pictures, in the page. */
export const sliderScript = `
for (const slider of document.querySelectorAll(".slider")) {
  const range = slider.querySelector("input");
  const show = () => {
    slider.style.setProperty("--split", range.value + "%");
    range.setAttribute("aria-valuetext", range.value + " percent " + slider.querySelector(".before").alt);
  };
  range.addEventListener("input", show);
  show();
}
`;
