/** The attributes that may hold an address. Without imports: others need them while they load. */
export const ATTRIBUTES =
  'src srcset href xlink:href data poster ping imagesrcset background style srcdoc'.split(' ');
export const NAMES = RegExp(`^(${ATTRIBUTES.join('|')})$`, 'i');
