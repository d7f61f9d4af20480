/** The vendor's image with `etcd`, `etcdctl` and `etcdutl`, which take a snapshot and prove it. It has no shell. */
export function etcdImage(version: string | undefined): string {
  return `registry.k8s.io/etcd:${version ?? "3.6.14-0"}`;
}

/** Most that a snapshot, its copy and the server that proves it need: etcd's own limit is 8 GiB for its data. */
export const etcdScratchSize = "24Gi";
