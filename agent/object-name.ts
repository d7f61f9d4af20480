import { retentionClasses, type RetentionClass } from "../components/model/retention.js";
import { timeOfId } from "./backup-id.js";

/** The parts of an object's name: `<prefix>/<environment>/<asset>/<class>/<yyyy>/<mm>/<dd>/<id>.<extension>`. */
export interface ObjectName {
  readonly prefix: string;
  readonly environment: string;
  readonly asset: string;
  readonly class: RetentionClass;
  readonly id: string;
  /** Without the leading dot: `dump.zst.age`, `manifest.json`. */
  readonly extension: string;
}

/** What all objects of one asset have in common. */
export type AssetPlace = Pick<ObjectName, "prefix" | "environment" | "asset">;

export const manifestExtension = "manifest.json";
export const signatureExtension = "manifest.json.minisig";

export const drillExtension = "drill.json";
export const drillSignatureExtension = "drill.json.minisig";

/** Name of the folder of one asset, with its closing slash. */
export function assetFolder({ prefix, environment, asset }: AssetPlace): string {
  return `${prefixFolder(prefix)}${environment}/${asset}/`;
}

/** The whole name of an object. */
export function objectKey(name: ObjectName): string {
  return `${assetFolder(name)}${name.class}/${dayOf(name.id)}/${name.id}.${name.extension}`;
}

/** Takes a name of this asset apart; undefined when it is not one that the agent would give. */
export function parseObjectKey(place: AssetPlace, key: string): ObjectName | undefined {
  const folder = assetFolder(place);
  if (!key.startsWith(folder)) return undefined;
  const [className, , , , file, ...rest] = key.slice(folder.length).split("/");
  const dot = file?.indexOf(".") ?? -1;
  const known = retentionClasses.find((candidate) => candidate === className);
  if (file === undefined || known === undefined || dot < 0 || rest.length > 0) return undefined;
  const name = { ...place, class: known, id: file.slice(0, dot), extension: file.slice(dot + 1) };
  return timeOfId(name.id) !== undefined && objectKey(name) === key ? name : undefined;
}

/** Folder of the records of an asset's drills, with its closing slash; no retention class has this name. */
export function drillFolder(place: AssetPlace): string {
  return `${assetFolder(place)}drills/`;
}

/** The whole name of a drill's record: `<asset's folder>drills/<yyyy>/<mm>/<dd>/<id>.drill.json`. */
export function drillKey(place: AssetPlace, id: string, extension: string = drillExtension): string {
  return `${drillFolder(place)}${dayOf(id)}/${id}.${extension}`;
}

/** The id of a drill's record; undefined when the name is not one that the agent would give. */
export function parseDrillKey(place: AssetPlace, key: string): string | undefined {
  const file = key.slice(key.lastIndexOf("/") + 1);
  const id = file.slice(0, Math.max(0, file.indexOf(".")));
  return timeOfId(id) !== undefined && drillKey(place, id) === key ? id : undefined;
}

function dayOf(id: string): string {
  return id.replace(/^(\d{4})(\d{2})(\d{2}).*$/, "$1/$2/$3");
}

function prefixFolder(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, "");
  return trimmed === "" ? "" : `${trimmed}/`;
}
