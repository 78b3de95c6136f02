/** Addresses and ranges of the network, whatever form an address comes in. */
import { BlockList, isIP, isIPv6 } from 'node:net'

/** Is an address one of `list`, or within a range of it? An IPv4 address is the same one when IPv6 carries it. */
export function within(list: readonly string[], address: string): boolean {
  const plain = plainAddress(address)
  if (isIP(plain) === 0) return false
  const block = new BlockList()
  for (const each of list) add(block, each)
  return block.check(plain, familyOf(plain))
}

export function isLoopbackAddress(address: string): boolean {
  return within(['127.0.0.0/8', '::1'], address)
}

/** Without zone and without the prefix under which IPv6 carries IPv4. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase()
  if (!isIPv6(bare)) return bare
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1]
  if (dotted !== undefined) return dotted
  const words = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(bare)
  if (words === null) return bare
  const [high, low] = [Number.parseInt(words[1] ?? '', 16), Number.parseInt(words[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function add(block: BlockList, network: string): void {
  const [written = '', bits] = network.split('/')
  const address = plainAddress(written)
  if (isIP(address) === 0) return
  if (bits === undefined) block.addAddress(address, familyOf(address))
  else block.addSubnet(address, address === written.toLowerCase() ? Number(bits) : Number(bits) - 96, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
