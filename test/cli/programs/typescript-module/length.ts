export async function lengthOfName(): Promise<number> {
  return Promise.resolve(4);
}
