/**
 * Options of the node that runs the agent. The buffers of a stream count against the collector's limit for memory
 * outside its heap; marking in steps then begins hundreds of times in a dump of 2 GB and costs a seventh of all
 * processor time (`bench/agent`). Marking at once costs that much less, and 30 MB more of memory.
 */
export const agentNodeOptions = ["--no-incremental-marking"] as const;
