/* The one macro of the kernels: the name of an instruction-set level.
 *
 * Every file of this folder but cpu.c is compiled once per level with KEEL_LEVEL set to base, v3 or v4; KEEL_AT(f) is
 * then f_base, f_v3 or f_v4. table.c lists the functions of its level; cpu.c chooses one table at start. */
#ifndef KEEL_KERNEL_LEVEL_H
#define KEEL_KERNEL_LEVEL_H

#ifndef KEEL_LEVEL
#error "the build sets KEEL_LEVEL"
#endif

#define KEEL_LEVEL_JOIN_(f, level) f##_##level
#define KEEL_LEVEL_JOIN(f, level) KEEL_LEVEL_JOIN_(f, level)
#define KEEL_AT(f) KEEL_LEVEL_JOIN(f, KEEL_LEVEL)

#endif
