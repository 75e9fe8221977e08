// The three minified JavaScript files of Vega-Lite, byte for byte.
#if defined(__linux__)
.section .rodata

.global kinfold_vega_begin
.global kinfold_vega_end
kinfold_vega_begin:
.incbin "vega.min.js"
kinfold_vega_end:

.global kinfold_vega_lite_begin
.global kinfold_vega_lite_end
kinfold_vega_lite_begin:
.incbin "vega-lite.min.js"
kinfold_vega_lite_end:

.global kinfold_vega_embed_begin
.global kinfold_vega_embed_end
kinfold_vega_embed_begin:
.incbin "vega-embed.min.js"
kinfold_vega_embed_end:

.section .note.GNU-stack,"",%progbits
#else
#error "only Linux is supported"
#endif
