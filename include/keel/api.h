/* Marks what the shared library exports; everything else is hidden. */
#ifndef KEEL_API_H
#define KEEL_API_H

#if defined(__GNUC__)
#define KEEL_API __attribute__((visibility("default")))
#else
#define KEEL_API
#endif

#endif
