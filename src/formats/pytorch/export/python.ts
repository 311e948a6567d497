import { ConvsmithError } from "../../../core/errors.ts";

const keywords = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** What nn.Module has itself, from PyTorch 1.13 to 2: it refuses members of these names. */
const taken = new Set(
  (
    "T_destination _apply _backward_hooks _buffers _call_impl _forward_hooks _forward_pre_hooks " +
    "_get_backward_hooks _get_name _is_full_backward_hook _load_from_state_dict _load_state_dict_post_hooks " +
    "_load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules _named_members " +
    "_non_persistent_buffers_set _parameters _register_load_state_dict_pre_hook _register_state_dict_hook " +
    "_replicate_for_data_parallel _save_to_state_dict _slow_forward _state_dict_hooks _version add_module " +
    "apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr " +
    "float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules " +
    "mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook " +
    "register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook " +
    "register_load_state_dict_post_hook register_module register_parameter requires_grad_ set_extra_state " +
    "set_submodule share_memory state_dict to to_empty train training type xpu zero_grad"
  ).split(" "),
);

/** Whether a name may stand in Python's source as it is. */
export const isIdentifier = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name);

/** @throws ConvsmithError for a name that no member of an nn.Module can have. `owner`: what it belongs to. */
export function checkMember(name: string, owner: string): void {
  if (name !== "" && !name.includes(".") && !taken.has(name) && !/^__.*__$/.test(name)) return;
  const shown = pythonString(name.slice(0, 80));
  throw new ConvsmithError(
    `${owner}: ${shown} can't be the name of a layer or parameter in PyTorch. Give it another one.`,
  );
}

/** A string literal of ASCII characters: nothing in a file's names can leave it. */
export function pythonString(text: string): string {
  const body = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (character === '"' || character === "\\") return `\\${character}`;
    if (code >= 32 && code < 127) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${body.join("")}"`;
}

/** A name as close to `text` as Python allows. */
export function identifierOf(text: string, otherwise: string): string {
  const name = text.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "") || otherwise;
  const made = /^[0-9]/.test(name) ? `${otherwise}_${name}` : name;
  return keywords.has(made) ? `${made}_` : made;
}

/** `base`, or with a number behind it, such that `taken` has none of it: it is added. */
export function freeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let count = 2; taken.has(name); count++) name = /\d$/.test(base) ? `${base}_${count}` : `${base}${count}`;
  taken.add(name);
  return name;
}
