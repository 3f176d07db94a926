/** HCL (version 1) and JSON text to a tree with positions. Serves policies and the server's configuration; what the words mean is theirs. */
@NullMarked
package watchword.core.hcl;

import org.jspecify.annotations.NullMarked;
