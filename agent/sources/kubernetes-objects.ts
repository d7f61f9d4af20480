import type { KubernetesObjectsSource } from "../../components/model/agent-config.js";
import type { OpenSource } from "./source.js";
export function openKubernetesObjects(_s: KubernetesObjectsSource, _r: readonly string[]): Promise<OpenSource> {
  return Promise.reject(new Error("x"));
}
