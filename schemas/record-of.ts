/** TypeScript types of the records that a form describes. */

/** The type of the values that satisfy the form `F`: write `RecordOf<typeof userAccountForm>`. */
export type RecordOf<F> = F extends { readonly nullable: true } ? Value<F> | null : Value<F>

type Value<F> = F extends { readonly type: infer T extends keyof Primitives }
  ? Primitives[T]
  : F extends { readonly enum: readonly (infer E)[] }
    ? E
    : F extends { readonly elements: infer E }
      ? readonly RecordOf<E>[]
      : F extends { readonly properties: infer P }
        ? Flat<RequiredFields<P> & OptionalFields<F>>
        : never

interface Primitives {
  string: string
  boolean: boolean
  int32: number
  float64: number
  /** RFC 3339 with an offset. */
  timestamp: string
}

type RequiredFields<P> = { readonly [K in keyof P]: RecordOf<P[K]> }

type OptionalFields<F> = F extends { readonly optionalProperties: infer O }
  ? { readonly [K in keyof O]?: RecordOf<O[K]> }
  : unknown

/** Makes one object type of an intersection, so that editors show the fields. */
type Flat<T> = { [K in keyof T]: T[K] }
