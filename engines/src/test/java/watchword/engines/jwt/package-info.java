@NullMarked
package watchword.engines.jwt;

import org.jspecify.annotations.NullMarked;
