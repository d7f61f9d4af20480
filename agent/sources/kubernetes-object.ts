/** An object as the API server gives it. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
  readonly [field: string]: unknown;
}

/** Annotation of a Secret whose values were left out: its keys, as JSON. */
export const omittedKeysAnnotation = "backup-tiers/omitted-keys";
/** Annotation of a Secret whose values were sealed: the JSON of its `data` as an age file in base64. */
export const sealedDataAnnotation = "backup-tiers/sealed-data";

/** `kubectl apply` keeps the whole object here, secret values included. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
/** What the server sets. An owner is named by its uid: a restored object would be removed as one whose owner is gone. */
const serverMetadata = [
  "managedFields",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "selfLink",
  "ownerReferences",
];
/** Kinds whose controller makes them again from the owner. */
const madeAgain: Readonly<Record<string, readonly string[]>> = {
  ReplicaSet: ["Deployment"],
  Job: ["CronJob"],
};
/** ConfigMap that a controller puts into every namespace. */
const clusterAuthority = "kube-root-ca.crt";
/** Labels that the server gives a Job and its pods. */
const generatedJobLabels = [
  "controller-uid",
  "job-name",
  "batch.kubernetes.io/controller-uid",
  "batch.kubernetes.io/job-name",
];
/** Shorter values are in half of all texts by chance. */
const shortestSecretValue = 4;

/** Encrypts a text to the recipients. */
export type Seal = (text: string) => Promise<string>;

/** Whether an object need not be kept, because its controller makes it again or it is being deleted. */
export function isMadeAgain(object: KubernetesObject): boolean {
  const { kind = "", metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return true;
  if (kind === "ConfigMap" && metadata.name === clusterAuthority) return true;
  if (kind === "ServiceAccount" && metadata.name === "default" && isBare(object)) return true;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner !== undefined && (madeAgain[kind]?.includes(owner.kind) ?? false);
}

/** Every namespace gets a `default` ServiceAccount; it matters only when somebody added something to it. */
function isBare(object: KubernetesObject): boolean {
  const { labels, annotations } = object.metadata;
  const added = Object.keys(object).filter((key) => !["apiVersion", "kind", "metadata"].includes(key));
  return added.length === 0 && labels === undefined && annotations === undefined;
}

/** The object as it can be applied to a cluster, without what the server adds and without secret values in clear. */
export async function applicable(object: KubernetesObject, seal: Seal | undefined): Promise<KubernetesObject> {
  const { metadata, ...rest } = without(object, ["status"]) as KubernetesObject;
  const { annotations, ...kept } = without(metadata, serverMetadata) as ObjectMetadata;
  const clean: KubernetesObject = {
    ...rest,
    metadata: { ...kept, ...present("annotations", without(annotations ?? {}, [lastApplied])) },
  };
  if (object.kind === "Secret" && object.apiVersion === "v1") return hideValues(clean, seal);
  if (object.kind === "Job" && object.apiVersion?.startsWith("batch/") === true) return withoutGenerated(clean);
  return object.kind === "Service" && object.apiVersion === "v1" ? withoutAddresses(clean) : clean;
}

async function hideValues(secret: KubernetesObject, seal: Seal | undefined): Promise<KubernetesObject> {
  const { metadata, ...rest } = without(secret, ["data", "stringData"]) as KubernetesObject;
  const data = (secret["data"] ?? {}) as Readonly<Record<string, string>>;
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([, text]) => !holdsValue(text, Object.values(data))),
  );
  const keys = Object.keys(data);
  if (keys.length > 0) {
    annotations[omittedKeysAnnotation] = JSON.stringify(keys);
    if (seal !== undefined) annotations[sealedDataAnnotation] = await seal(JSON.stringify(data));
  }
  return {
    ...rest,
    metadata: { ...without(metadata, ["annotations"]), name: metadata.name, ...present("annotations", annotations) },
  };
}

function holdsValue(text: string, encodedValues: readonly string[]): boolean {
  return encodedValues.some((encoded) => {
    const value = Buffer.from(encoded, "base64").toString("utf8");
    return value.length >= shortestSecretValue && (text.includes(value) || text.includes(encoded));
  });
}

/** A Job's selector and its labels name its uid; the server makes new ones, and refuses those of another. */
function withoutGenerated(job: KubernetesObject): KubernetesObject {
  const spec = (job["spec"] ?? {}) as Readonly<Record<string, unknown>>;
  if (spec["manualSelector"] === true) return job;
  const template = (spec["template"] ?? {}) as { readonly metadata?: Readonly<Record<string, unknown>> };
  return {
    ...job,
    metadata: { ...job.metadata, ...cleared(job.metadata) },
    spec: { ...without(spec, ["selector"]), template: { ...template, metadata: cleared(template.metadata ?? {}) } },
  };
}

function cleared(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const labels = metadata["labels"] as Readonly<Record<string, string>> | undefined;
  return labels === undefined ? { ...metadata } : { ...metadata, labels: without(labels, generatedJobLabels) };
}

/** Addresses belong to the cluster that gave them; `None` is a decision and stays. */
function withoutAddresses(service: KubernetesObject): KubernetesObject {
  const spec = (service["spec"] ?? {}) as Readonly<Record<string, unknown>>;
  return spec["clusterIP"] === "None" ? service : { ...service, spec: without(spec, ["clusterIP", "clusterIPs"]) };
}

function without<Value>(record: Readonly<Record<string, Value>>, keys: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

function present(key: string, record: Readonly<Record<string, string>>): Record<string, Record<string, string>> {
  return Object.keys(record).length === 0 ? {} : { [key]: { ...record } };
}
