/* What `kempt dupes --jobs 1` asks of the system, in C: the floor that its CPU time is compared to.

   The RECORDs of the environments below a folder are read, the distinct ones are parsed, contents that are listed twice
   are found by their digests, each of their files gets one lstat, each folder above them one as well, and the copies
   are counted by inode. No grade, no table, no check of anything odd.

       cc -O2 -o dupes_floor bench/dupes_floor.c && ./dupes_floor FOLDER
*/
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct { char *text; size_t length; uint64_t hash; int copies, first, rows; } Body;
typedef struct { int site, body; } Copy;
typedef struct { unsigned char digest[32]; char *path; uint32_t size; int content; } Row;
typedef struct { int content; ino_t inode; } Member;

static Body *bodies; static int n_bodies;
static Copy *copies; static int n_copies;
static Row *rows; static int n_rows;
static char **sites; static int n_sites;
static int8_t values[256];

static void *grown(void *list, int count, size_t size) {
    return (count & (count - 1)) ? list : realloc(list, (count ? count * 2 : 1) * size);
}

static uint64_t hashed(const char *text, size_t length) {
    uint64_t hash = 1469598103934665603ull;
    size_t at = 0;
    for (; at + 8 <= length; at += 8) { uint64_t word; memcpy(&word, text + at, 8); hash = (hash ^ word) * 1099511628211ull; hash ^= hash >> 29; }
    for (; at < length; at++) hash = (hash ^ (unsigned char)text[at]) * 1099511628211ull;
    return hash;
}

static void take(int site, char *text, size_t length) {
    static int table[1 << 20];
    uint64_t hash = hashed(text, length);
    uint32_t at = hash & ((1 << 20) - 1);
    while (table[at]) {
        Body *known = &bodies[table[at] - 1];
        if (known->hash == hash && known->length == length && !memcmp(known->text, text, length)) break;
        at = (at + 1) & ((1 << 20) - 1);
    }
    if (!table[at]) {
        bodies = grown(bodies, n_bodies, sizeof *bodies);
        bodies[n_bodies] = (Body){text, length, hash, 0, 0, 0};
        table[at] = ++n_bodies;
    } else free(text);
    bodies[table[at] - 1].copies++;
    copies = grown(copies, n_copies, sizeof *copies);
    copies[n_copies++] = (Copy){site, table[at] - 1};
}

static void parse(Body *body) {
    body->first = n_rows;
    char *line = body->text, *end = body->text + body->length;
    while (line < end) {
        char *stop = memchr(line, '\n', end - line);
        if (!stop) stop = end;
        char *mark = memmem(line, stop - line, ",sha256=", 8);
        if (mark && stop - mark > 52 && memcmp(mark - 4, ".pyc", 4)) {
            rows = grown(rows, n_rows, sizeof *rows);
            Row *row = &rows[n_rows];
            uint32_t bits = 0; int have = 0, out = 0;
            for (char *c = mark + 8; c < mark + 51; c++) {
                bits = bits << 6 | (values[(unsigned char)*c] & 63); have += 6;
                if (have >= 8 && out < 32) { have -= 8; row->digest[out++] = bits >> have; }
            }
            row->size = strtoul(mark + 52, NULL, 10);
            row->path = line; row->content = -1; *mark = 0;
            if (row->size) n_rows++;
        }
        line = stop + 1;
    }
    body->rows = n_rows - body->first;
}

static int number(void) {
    uint32_t slots = 1; int contents = 0;
    while (slots < 2u * n_rows + 1) slots *= 2;
    int *table = calloc(slots, sizeof *table);
    for (int b = 0; b < n_bodies; b++)
        for (int r = bodies[b].first; r < bodies[b].first + bodies[b].rows; r++) {
            uint32_t at; memcpy(&at, rows[r].digest, 4); at &= slots - 1;
            while (table[at] && memcmp(rows[table[at] - 1].digest, rows[r].digest, 32)) at = (at + 1) & (slots - 1);
            if (!table[at]) { table[at] = r + 1; if (bodies[b].copies > 1) rows[r].content = contents++; }
            else {
                Row *first = &rows[table[at] - 1];
                if (first->content < 0) first->content = contents++;
                rows[r].content = first->content;
            }
        }
    free(table);
    return contents;
}

static int by_content(const void *a, const void *b) {
    const Member *x = a, *y = b;
    if (x->content != y->content) return x->content - y->content;
    return (x->inode > y->inode) - (x->inode < y->inode);
}

int main(int argc, char **argv) {
    const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char pattern[4096];
    glob_t found;
    if (argc != 2) return 2;
    for (int i = 0; i < 64; i++) values[(unsigned char)digits[i]] = i;
    snprintf(pattern, sizeof pattern, "%s/*/lib/python*/site-packages", argv[1]);
    if (glob(pattern, 0, NULL, &found)) return 1;
    n_sites = found.gl_pathc; sites = found.gl_pathv;
    for (int s = 0; s < n_sites; s++) {
        DIR *folder = opendir(sites[s]);
        struct dirent *entry;
        while (folder && (entry = readdir(folder))) {
            size_t length = strlen(entry->d_name);
            if (length < 10 || strcmp(entry->d_name + length - 10, ".dist-info")) continue;
            char path[4096]; struct stat st;
            snprintf(path, sizeof path, "%s/RECORD", entry->d_name);
            int file = openat(dirfd(folder), path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
            if (file < 0) continue;
            fstat(file, &st);
            char *text = malloc(st.st_size + 1);
            ssize_t got = read(file, text, st.st_size);
            close(file);
            text[got > 0 ? got : 0] = 0;
            take(s, text, got > 0 ? got : 0);
        }
        if (folder) closedir(folder);
    }
    for (int b = 0; b < n_bodies; b++) parse(&bodies[b]);
    int contents = number();
    Member *members = NULL; int n_members = 0, *sizes = calloc(contents + 1, sizeof *sizes);
    for (int s = 0; s < n_sites; s++) {
        int folder = open(sites[s], O_RDONLY | O_DIRECTORY);
        for (int c = 0; c < n_copies; c++) {
            if (copies[c].site != s) continue;
            Body *body = &bodies[copies[c].body];
            char last[4096] = "";
            for (int r = body->first; r < body->first + body->rows; r++) {
                struct stat st; char *slash;
                if (rows[r].content < 0) continue;
                slash = strrchr(rows[r].path, '/');
                if (slash && (strncmp(last, rows[r].path, slash - rows[r].path) || last[slash - rows[r].path])) {
                    memcpy(last, rows[r].path, slash - rows[r].path); last[slash - rows[r].path] = 0;
                    fstatat(folder, last, &st, AT_SYMLINK_NOFOLLOW);
                }
                if (fstatat(folder, rows[r].path, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode)) continue;
                if (st.st_size != rows[r].size) continue;
                members = grown(members, n_members, sizeof *members);
                members[n_members++] = (Member){rows[r].content, st.st_ino};
                sizes[rows[r].content] = st.st_size;
            }
        }
        close(folder);
    }
    qsort(members, n_members, sizeof *members, by_content);
    long files = 0, bytes = 0;
    for (int m = 1; m < n_members; m++)
        if (members[m].content == members[m - 1].content && members[m].inode != members[m - 1].inode) {
            files++; bytes += sizes[members[m].content];
        }
    printf("%d environments, %d RECORDs, %d distinct, %d rows, %d files looked at: %ld copies, %ld bytes\n",
           n_sites, n_copies, n_bodies, n_rows, n_members, files, bytes);
    return 0;
}
