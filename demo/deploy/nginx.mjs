// The configuration of the nginx that shares the traffic between the two versions.

/** `weight` percent of the requests go to the new version, the others to the old one. */
export function nginxConfig({ folder, front, blue, green, weight }) {
  const share =
    weight === 0 ? "* blue;" : weight === 100 ? "* green;" : `${weight}% green; * blue;`;
  return `
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.error.log;
worker_processes 1;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/nginx-body;
  proxy_temp_path ${folder}/nginx-proxy;
  fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi;
  scgi_temp_path ${folder}/nginx-scgi;
  upstream blue { server 127.0.0.1:${blue}; keepalive 16; }
  upstream green { server 127.0.0.1:${green}; keepalive 16; }
  split_clients $request_id $version { ${share} }
  server {
    listen 127.0.0.1:${front};
    location / {
      proxy_pass http://$version;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}
