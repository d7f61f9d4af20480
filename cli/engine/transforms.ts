import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import type {
  TransformInvokeOptions,
  TransformInvokeRequest,
  TransformInvokeResponse,
  TransformResourceOptions,
} from "@pulumi/pulumi/proto/resource_pb.js";
import type { CallbackClients } from "./callback-client.js";
import type { Protocol } from "./program-sdk.js";
import { fromOutputValues, toOutputValues, type WireMap, type WireValue } from "./wire-value.js";

/** What a resource transform may change. */
export interface Transformable {
  readonly properties: WireMap;
  readonly options: TransformResourceOptions;
}

/** What identifies the resource that is transformed. */
export interface TransformSubject {
  readonly name: string;
  readonly type: string;
  readonly custom: boolean;
  readonly parent: string;
}

/** Runs one resource transform of the program. */
export async function applyResourceTransform(
  protocol: Protocol,
  clients: CallbackClients,
  callback: Callback,
  subject: TransformSubject,
  { properties, options }: Transformable,
): Promise<Transformable> {
  const request = new protocol.resources.TransformRequest();
  request.setName(subject.name);
  request.setType(subject.type);
  request.setCustom(subject.custom);
  request.setParent(subject.parent);
  request.setProperties(protocol.Struct.fromJavaScript(mapValues(properties, toOutputValues)));
  request.setOptions(options);
  const answer = await clients.invoke(addressOf(callback), request.serializeBinary());
  const response = protocol.resources.TransformResponse.deserializeBinary(answer);
  const changed = response.getProperties()?.toJavaScript();
  return { properties: changed ?? properties, options: response.getOptions() ?? options };
}

/** What an invoke transform may change. */
export interface TransformableInvoke {
  readonly args: WireMap;
  readonly options: TransformInvokeOptions;
}

/** Runs one invoke transform of the program. */
export async function applyInvokeTransform(
  protocol: Protocol,
  clients: CallbackClients,
  callback: Callback,
  token: string,
  { args, options }: TransformableInvoke,
): Promise<TransformableInvoke> {
  const request: TransformInvokeRequest = new protocol.resources.TransformInvokeRequest();
  request.setToken(token);
  request.setArgs(protocol.Struct.fromJavaScript(mapValues(args, toOutputValues)));
  request.setOptions(options);
  const answer = await clients.invoke(addressOf(callback), request.serializeBinary());
  const response: TransformInvokeResponse = protocol.resources.TransformInvokeResponse.deserializeBinary(answer);
  const changed = response.getArgs()?.toJavaScript();
  return {
    args: changed === undefined ? args : mapValues(changed, fromOutputValues),
    options: response.getOptions() ?? options,
  };
}

/** Applies a function to every property. */
export function mapValues(map: WireMap, change: (value: WireValue) => WireValue): WireMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function addressOf(callback: Callback): { target: string; token: string } {
  return { target: callback.getTarget(), token: callback.getToken() };
}
