/** Code point of interactive video: RFC 4594, 4.3; as a number for what takes no names. */
export const AF41 = { name: "af41", value: 34 } as const;
