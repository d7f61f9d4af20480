/** The parts of a pod that policies look at. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Labels };
  readonly spec: { readonly hostNetwork?: boolean };
  readonly status: { readonly phase?: string; readonly podIP?: string };
}

/** A NetworkPolicy, as the API server has it. */
export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly ("Ingress" | "Egress")[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
}

interface Port {
  readonly protocol: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/**
 * Rules of nftables that do what policies say, as one transaction. They look at packets after kube-proxy has put the address
 * of a pod in the place of a Service's, and refuse with an error of its own (EHOSTUNREACH), so that a port that is
 * closed and one on which nobody listens are told apart. Traffic of the node itself to its pods passes, as the
 * specification wants it. Throws at what it does not know.
 */
export function policyRules(table: string, pods: readonly Pod[], policies: readonly NetworkPolicy[]): string {
  const addresses = pods.filter(hasNetwork);
  const chains: string[] = [];
  const jumps: string[] = [];
  for (const pod of addresses) {
    const own = policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && selects(spec.podSelector, pod.metadata.labels ?? {}),
    );
    for (const type of ["Ingress", "Egress"] as const) {
      const typed = own.filter(({ spec }) => spec.policyTypes.includes(type));
      if (typed.length === 0) continue;
      const [side, other] = type === "Egress" ? ["saddr", "daddr"] : ["daddr", "saddr"];
      const allowed = typed.flatMap(({ spec }) =>
        type === "Egress"
          ? (spec.egress ?? []).flatMap(({ to, ports }) => allow(other, to, ports, addresses))
          : (spec.ingress ?? []).flatMap(({ from, ports }) => allow(other, from, ports, addresses)),
      );
      const chain = `pod_${String(chains.length)}`;
      chains.push(`chain ${chain} {\n${[...allowed, "reject with icmp admin-prohibited"].join("\n")}\n}`);
      jumps.push(`ip ${side} ${pod.status.podIP!} jump ${chain}`);
    }
  }
  const hook = (name: string) =>
    `chain ${name} {\ntype filter hook ${name} priority 10; policy accept;\nct state established,related accept\n${jumps.join("\n")}\n}`;
  const name = table.replaceAll("-", "_");
  // Nftables drops an owned table when the program that made it ends, however it ends.
  const owned = `table ip ${name} {\nflags owner;\n`;
  return `${owned}}\ndelete table ip ${name}\n${owned}${[...chains, hook("forward"), hook("input")].join("\n")}\n}\n`;
}

/** An address belongs to a pod until it has ended; then another pod gets it. */
function hasNetwork({ spec, status }: Pod): boolean {
  const ended = status.phase === "Succeeded" || status.phase === "Failed";
  return spec.hostNetwork !== true && status.podIP !== undefined && !ended;
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== "In") throw new Error(`operator ${operator} is not known here`);
      return labels[key] !== undefined && values.includes(labels[key]);
    })
  );
}

function allow(
  side: string,
  peers: readonly Peer[] | undefined,
  ports: readonly Port[] | undefined,
  pods: readonly Pod[],
): string[] {
  const from = peers === undefined ? [""] : peers.flatMap((peer) => peerMatch(side, peer, pods));
  const to = ports === undefined ? [""] : ports.map(portMatch);
  return from.flatMap((peer) => to.map((port) => [peer, port, "return"].filter((part) => part !== "").join(" ")));
}

/** IPv6 does not exist here. */
function peerMatch(
  side: string,
  { ipBlock, namespaceSelector, podSelector = {} }: Peer,
  pods: readonly Pod[],
): string[] {
  if (ipBlock?.except !== undefined) throw new Error("an exception of a range is not known here");
  if (ipBlock !== undefined) return ipBlock.cidr.includes(":") ? [] : [`ip ${side} ${ipBlock.cidr}`];
  if (namespaceSelector === undefined) throw new Error("a peer in the policy's own namespace is not known here");
  return pods
    .filter(
      ({ metadata: { namespace, labels = {} } }) =>
        selects(namespaceSelector, { "kubernetes.io/metadata.name": namespace }) && selects(podSelector, labels),
    )
    .map(({ status }) => `ip ${side} ${status.podIP!}`);
}

function portMatch({ protocol, port, endPort }: Port): string {
  if (typeof port === "string" || endPort !== undefined) throw new Error("a port of this kind is not known here");
  return port === undefined ? `meta l4proto ${protocol.toLowerCase()}` : `${protocol.toLowerCase()} dport ${port}`;
}
