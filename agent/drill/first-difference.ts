/**
 * Where what is there lacks something of what was sent: `spec.ports[0].port`. What the server adds is no difference, nor is
 * an empty value that it leaves out.
 */
export function firstDifference(sent: unknown, there: unknown, path = ""): string | undefined {
  if (isEmpty(sent) && (there === undefined || isEmpty(there))) return undefined;
  if (Array.isArray(sent)) {
    if (!Array.isArray(there) || there.length !== sent.length) return path;
    for (const [index, element] of sent.entries()) {
      const difference = firstDifference(element, there[index], `${path}[${String(index)}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (typeof sent !== "object" || sent === null) return sent === there ? undefined : path;
  if (typeof there !== "object" || there === null || Array.isArray(there)) return path;
  for (const [key, value] of Object.entries(sent)) {
    const found = (there as Readonly<Record<string, unknown>>)[key];
    const difference = firstDifference(value, found, path === "" ? key : `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** The server leaves zero values out. */
function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === null || value === "" || value === 0 || value === false;
}
