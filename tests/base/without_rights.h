#pragma once

#include <filesystem>

#include <unistd.h>

/// While it lives the process has the rights of a user to whom nothing belongs, where it had root's: those of files
/// mean nothing to root. Other users' rights are as they are.
class WithoutRights {
public:
    WithoutRights() : m_wasRoot(::geteuid() == 0)
    {
        if (m_wasRoot)
            m_wasRoot = ::seteuid(65534) == 0;
    }
    ~WithoutRights()
    {
        if (m_wasRoot)
            (void)!::seteuid(0);
    }
    WithoutRights(const WithoutRights &) = delete;
    WithoutRights &operator=(const WithoutRights &) = delete;

private:
    bool m_wasRoot;
};

/// Lets everybody read a folder and what is in it, and nobody write; as it was when it goes.
class ReadOnlyFolder {
public:
    explicit ReadOnlyFolder(std::filesystem::path folder) : m_folder(std::move(folder)) { allow(false); }
    ~ReadOnlyFolder() { allow(true); }
    ReadOnlyFolder(const ReadOnlyFolder &) = delete;
    ReadOnlyFolder &operator=(const ReadOnlyFolder &) = delete;

private:
    void allow(bool writing) const
    {
        namespace fs = std::filesystem;
        const auto rights = [&](const fs::path &path) {
            fs::permissions(path, fs::perms(fs::is_directory(path) ? 0555 : 0444)
                                      | (writing ? fs::perms::owner_write : fs::perms::none));
        };
        rights(m_folder);
        for (const auto &entry : fs::recursive_directory_iterator(m_folder))
            rights(entry.path());
    }

    std::filesystem::path m_folder;
};
