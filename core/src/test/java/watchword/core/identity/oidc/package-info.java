@NullMarked
package watchword.core.identity.oidc;

import org.jspecify.annotations.NullMarked;
