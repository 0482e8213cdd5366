/** Of Docker 20.10; Podman 4 and later answer to it too, and most newer daemons: `chooseVersion` knows which do not. */
export const apiVersion = '1.41';
