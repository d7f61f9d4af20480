import type { PreviewedResource } from "../document/preview-document.js";
import type { Style } from "./style.js";

/** The resources as a tree, parents before children, in the order of registration. */
export function renderResourceTree(resources: readonly PreviewedResource[], style: Style): readonly string[] {
  const urns = new Set(resources.map(({ urn }) => urn));
  const children = new Map<string | null, PreviewedResource[]>();
  for (const resource of resources) {
    const parent = resource.parent !== null && urns.has(resource.parent) ? resource.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), resource]);
  }
  const lines: { readonly tree: string; readonly resource: PreviewedResource }[] = [];
  const visit = (resource: PreviewedResource, prefix: string, branch: string): void => {
    lines.push({ tree: `${prefix}${branch}${resource.type}`, resource });
    const below = children.get(resource.urn) ?? [];
    const indent = branch === "" ? "" : branch.startsWith("└") ? "   " : "│  ";
    below.forEach((child, index) => {
      visit(child, prefix + indent, index === below.length - 1 ? "└─ " : "├─ ");
    });
  };
  for (const root of children.get(null) ?? []) visit(root, "", "");
  const treeWidth = Math.max(0, ...lines.map(({ tree }) => tree.length));
  const nameWidth = Math.max(0, ...lines.map(({ resource }) => resource.name.length));
  return lines.map(({ tree, resource }) => {
    const marks = marksOf(resource).join(", ");
    const text = `${tree.padEnd(treeWidth)}  ${resource.name.padEnd(nameWidth)}`;
    return marks === "" ? text.trimEnd() : `${text}  ${style.dim(marks)}`;
  });
}

function marksOf(resource: PreviewedResource): readonly string[] {
  const { options } = resource;
  return [
    ...(resource.external === true ? ["read"] : []),
    ...(options.protect ? ["protect"] : []),
    ...(options.retainOnDelete ? ["retain on delete"] : []),
    ...(options.deletedWith === null ? [] : ["deleted with another"]),
  ];
}
