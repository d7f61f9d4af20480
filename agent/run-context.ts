import type { AgentConfig, AgentStore } from "../components/model/agent-config.js";
import { parsePublicKey, type VerificationKey, verificationKey } from "./crypto/minisign.js";
import { readSigningKey } from "./signing-key.js";
import type { Store, StoreFactories } from "./stores/store.js";

/** What every command works with. */
export interface RunContext {
  readonly config: AgentConfig;
  readonly stores: readonly Store[];
  /** Keys whose signatures count; none when manifests are not signed. */
  readonly publicKeys: readonly VerificationKey[];
}

/** Opens what a configuration names. Nothing is connected yet. */
export function openContext(config: AgentConfig, factories: StoreFactories): RunContext {
  return {
    config,
    stores: config.stores.map((store) => openStore(store, factories)),
    publicKeys: verificationKeys(config.signing),
  };
}

/** The named keys, or else the public half of the signing key. */
function verificationKeys(signing: AgentConfig["signing"]): VerificationKey[] {
  const named = (signing?.publicKeys ?? []).map(parsePublicKey);
  // Without any key every manifest would count, so that a key that cannot be read must stop the run.
  return named.length > 0 || signing?.secretKeyFile === undefined
    ? named
    : [verificationKey(readSigningKey(signing.secretKeyFile))];
}

function openStore(store: AgentStore, factories: StoreFactories): Store {
  // Each factory takes the stores of its own kind.
  const make = factories[store.kind] as ((store: AgentStore) => Store) | undefined;
  if (make === undefined) throw new Error(`this bundle cannot write to ${store.kind}`);
  return make(store);
}
