/** Does something with each element, at most `limit` at a time; results in the order of the elements. */
export async function mapParallel<Element, Result>(
  elements: readonly Element[],
  limit: number,
  action: (element: Element) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < elements.length; index = next++) {
      results[index] = await action(elements[index] as Element);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, elements.length) }, work));
  return results;
}
