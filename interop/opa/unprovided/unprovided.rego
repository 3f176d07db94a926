# A policy that reaches outside: no bundle that is evaluated in the server may.
package unprovided

# METADATA
# entrypoint: true
decision if http.send({"method": "GET", "url": "http://127.0.0.1:1"}).status_code == 200
