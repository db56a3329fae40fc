#include "core/base/file_system.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <vector>

namespace dank {
namespace {

/// A mount point as the kernel writes it: spaces, tabs, line ends and backslashes are three octal digits.
std::string unescaped(const std::string &text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto isOctal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
        if (text[i] == '\\' && isOctal(i + 1) && isOctal(i + 2) && isOctal(i + 3)) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

bool isWithin(const std::filesystem::path &path, const std::filesystem::path &folder)
{
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

std::string fileSystemIn(std::string_view mountinfo, const std::filesystem::path &path)
{
    // "36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw": proc(5). The last one at the deepest point counts.
    std::istringstream lines{std::string(mountinfo)};
    std::string kind;
    std::size_t deepest = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        const std::vector<std::string> all(std::istream_iterator<std::string>(words), {});
        const auto dash = std::find(all.begin(), all.end(), "-");
        if (all.size() < 5 || dash == all.end() || dash + 1 == all.end())
            continue;
        const std::filesystem::path point = unescaped(all[4]);
        const auto depth = static_cast<std::size_t>(std::distance(point.begin(), point.end()));
        if (depth >= deepest && isWithin(path, point)) {
            deepest = depth;
            kind = *(dash + 1);
        }
    }
    return kind;
}

std::string fileSystemOf(const std::filesystem::path &path)
{
    std::error_code problem;
    std::filesystem::path whole = std::filesystem::absolute(path, problem).lexically_normal();
    whole = std::filesystem::weakly_canonical(whole, problem);
    if (problem)
        return {};
    std::ifstream file("/proc/self/mountinfo");
    const std::string mountinfo(std::istreambuf_iterator<char>(file), {});
    return fileSystemIn(mountinfo, whole);
}

bool isNetworkFileSystem(std::string_view kind) noexcept
{
    constexpr std::string_view kNetwork[] = {
        "nfs",           "nfs4",          "cifs",         "smb3",        "smbfs",        "afs",
        "ceph",          "lustre",        "gpfs",         "beegfs",      "beegfs_nodev", "orangefs",
        "pvfs2",         "glusterfs",     "fuse.sshfs",   "fuse.ceph",   "fuse.rclone",  "fuse.glusterfs",
        "fuse.s3fs",     "fuse.gcsfuse",  "fuse.davfs",   "fuse.davfs2", "davfs",        "fuse.curlftpfs",
        "fuse.smbnetfs", "fuse.juicefs",  "fuse.moosefs", "fuse.mfs",    "fuse.beegfs",  "fuse.goofys",
        "ocfs2",         "gfs2",          "coda",         "ncpfs",       "fuse.nfs",     "fuse.gvfsd-fuse",
        "fuse.cephfs",   "fuse.seaweedfs"};
    return std::find(std::begin(kNetwork), std::end(kNetwork), kind) != std::end(kNetwork);
}

}  // namespace dank
