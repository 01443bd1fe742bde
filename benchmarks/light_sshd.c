/* A light ssh server for benchmarks: real handshake and public-key login, a prepared answer to every command.
 *
 *   cc -O2 -o light_sshd light_sshd.c -lssh -lpthread
 *   light_sshd PORT HOST_KEY AUTHORIZED_KEY FLEET_ANSWER OTHER_ANSWER
 *
 * It costs a target's machine under 1 ms of CPU, where sshd with a shell costs 30: a client is then what is measured.
 * It listens on every address of its network namespace: 127.0.0.0/8 is then a fleet of 16 million hosts.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NONCE "@NONCE@"
#define NONCE_LENGTH 32

static ssh_bind binding;
static ssh_key known;
static char *fleet_answer, *other_answer;

static char *contents(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, size + 1);
    if (fread(text, 1, size, file) != (size_t)size) exit(1);
    fclose(file);
    return text;
}

/* The fleet's answer begins every section with the nonce that the command names. */
static void answer(ssh_channel channel, const char *command) {
    const char *found = strstr(command, " pyops-fleet "), *rest = found ? fleet_answer : other_answer, *mark;
    size_t size = 2 * strlen(rest) + 1, length = 0;
    char *text = malloc(size);
    while ((mark = found ? strstr(rest, NONCE) : NULL)) {
        memcpy(text + length, rest, mark - rest);
        length += mark - rest;
        memcpy(text + length, found + strlen(" pyops-fleet "), NONCE_LENGTH);
        length += NONCE_LENGTH;
        rest = mark + strlen(NONCE);
    }
    memcpy(text + length, rest, strlen(rest));
    ssh_channel_write(channel, text, length + strlen(rest));
    free(text);
    ssh_channel_request_send_exit_status(channel, 0);
    ssh_channel_send_eof(channel);
    ssh_channel_close(channel);
}

static int admits(ssh_message message) {
    return ssh_message_subtype(message) == SSH_AUTH_METHOD_PUBLICKEY &&
           ssh_key_cmp(ssh_message_auth_pubkey(message), known, SSH_KEY_CMP_PUBLIC) == 0;
}

static void *serve(void *argument) {
    int descriptor = (int)(long)argument, one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ssh_session session = ssh_new();
    ssh_channel channel = NULL;
    ssh_message message;
    if (ssh_bind_accept_fd(binding, session, descriptor) == SSH_OK && ssh_handle_key_exchange(session) == SSH_OK)
        while ((message = ssh_message_get(session))) {
            int type = ssh_message_type(message), subtype = ssh_message_subtype(message);
            if (type == SSH_REQUEST_AUTH && admits(message)) {
                if (ssh_message_auth_publickey_state(message) == SSH_PUBLICKEY_STATE_NONE)
                    ssh_message_auth_reply_pk_ok_simple(message);
                else
                    ssh_message_auth_reply_success(message, 0);
            } else if (type == SSH_REQUEST_AUTH) {
                ssh_message_auth_set_methods(message, SSH_AUTH_METHOD_PUBLICKEY);
                ssh_message_reply_default(message);
            } else if (type == SSH_REQUEST_CHANNEL_OPEN && subtype == SSH_CHANNEL_SESSION) {
                channel = ssh_message_channel_request_open_reply_accept(message);
            } else if (type == SSH_REQUEST_CHANNEL && subtype == SSH_CHANNEL_REQUEST_EXEC) {
                ssh_message_channel_request_reply_success(message);
                answer(channel, ssh_message_channel_request_command(message));
            } else if (type == SSH_REQUEST_CHANNEL && subtype == SSH_CHANNEL_REQUEST_PTY) {
                ssh_message_channel_request_reply_success(message); /* Ansible's raw asks for one */
            } else {
                ssh_message_reply_default(message);
            }
            ssh_message_free(message);
        }
    ssh_disconnect(session);
    ssh_free(session);
    return NULL;
}

int main(int count, char **words) {
    if (count != 6) { fprintf(stderr, "usage: light_sshd PORT HOST_KEY AUTHORIZED_KEY FLEET_ANSWER OTHER_ANSWER\n"); return 2; }
    fleet_answer = contents(words[4]);
    other_answer = contents(words[5]);
    ssh_init();
    binding = ssh_bind_new();
    ssh_bind_options_set(binding, SSH_BIND_OPTIONS_HOSTKEY, words[2]);
    if (ssh_pki_import_pubkey_file(words[3], &known) != SSH_OK) { fprintf(stderr, "%s: no public key\n", words[3]); return 1; }
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = INADDR_ANY};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 4096)) { perror("listen"); return 1; }
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&detached, 256 * 1024);
    for (;;) {
        int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        pthread_t thread;
        if (descriptor >= 0 && pthread_create(&thread, &detached, serve, (void *)(long)descriptor)) close(descriptor);
    }
}
