/** Each token's own small store. It ends with its token, and nobody else can look into it. */
@NullMarked
package watchword.core.cubbyhole;

import org.jspecify.annotations.NullMarked;
