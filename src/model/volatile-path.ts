const volatile = /^(?:dev|proc|run|sys|tmp|var\/(?:run|lock|tmp))(?:\/|$)/;

/**
 * True for paths of a tree whose content comes at run time, from the kernel, the engine or the program itself: nothing
 * there ships with an image, and a link that leads there is right although it leads nowhere yet.
 */
export const isVolatile = (path: string): boolean => volatile.test(path);
