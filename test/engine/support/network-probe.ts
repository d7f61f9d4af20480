import { create, kubectl } from "./cluster.js";

/** Image of the pods that try connections. */
export const probeImage = "docker.io/library/node:22-bookworm-slim";

/** Label of the library's pods. */
export const managed = { "app.kubernetes.io/managed-by": "pulumi-backup-tiers" };

/** What came of a connection; `closed` by a policy, `silent` where nobody listens. */
export type Reached = string;

const connect = `const net=require("net");
Promise.all(process.argv.slice(1).map(target=>new Promise(done=>{
  const [host,port]=target.split(":"),socket=net.connect({host,port:Number(port),timeout:10000});
  const end=what=>{socket.destroy();done([target,what])};
  socket.on("connect",()=>end("open")).on("timeout",()=>end("timeout"));
  socket.on("error",({code})=>end({EHOSTUNREACH:"closed",ECONNREFUSED:"silent"}[code]||code));
}))).then(all=>console.log(JSON.stringify(Object.fromEntries(all))))`;

const listen = `const net=require("net");for(const port of process.argv.slice(1))net.createServer(s=>s.destroy()).listen(Number(port))`;

/** A pod of the library's labels, as PodSecurity `restricted` admits it, that runs a script of Node.js. */
export function probePod(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  script: string,
  args: readonly string[] = [],
): object {
  const container = (role: string, command: readonly string[]) => ({
    name: role,
    image: probeImage,
    imagePullPolicy: "IfNotPresent",
    command,
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } },
  });
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { ...managed, ...labels } },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      // Where a policy holds, the gate is put before it.
      initContainers: [container("first", ["true"])],
      containers: [container("probe", ["node", "-e", script, "--", ...args])],
    },
  };
}

/** Tries connections, each to `host:port`, from a pod of these labels. */
export async function probe(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  targets: readonly string[],
): Promise<Record<string, Reached>> {
  await create(probePod(namespace, name, labels, connect, targets));
  if (!(await succeeded(namespace, name))) {
    const pod = await kubectl("-n", namespace, "get", "pod", name, "-o", "jsonpath={.status}");
    const gate = await kubectl("-n", namespace, "logs", name, "--container=network", "--ignore-errors");
    throw new Error(`${name} tried nothing: ${gate}${pod}`);
  }
  const log = await kubectl("-n", namespace, "logs", name);
  await kubectl("-n", namespace, "delete", "pod", name);
  return JSON.parse(log) as Record<string, Reached>;
}

/** Starts a pod of these labels that listens; returns its address. */
export async function listener(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  ...ports: readonly number[]
): Promise<string> {
  await create(probePod(namespace, name, labels, listen, ports.map(String)));
  await kubectl("-n", namespace, "wait", `pod/${name}`, "--for=condition=Ready", "--timeout=120s");
  return (await kubectl("-n", namespace, "get", "pod", name, "-o", "jsonpath={.status.podIP}")).trim();
}

async function succeeded(namespace: string, name: string): Promise<boolean> {
  const wait = ["-n", namespace, "wait", `pod/${name}`, "--timeout=120s"];
  const phases = ["Succeeded", "Failed"].map(async (phase) => {
    await kubectl(...wait, `--for=jsonpath={.status.phase}=${phase}`);
    return phase;
  });
  return (await Promise.any(phases)) === "Succeeded";
}
