#pragma once

#include <map>
#include <optional>
#include <string>

namespace SQLite {
class Database;
}

namespace dank {

/// Small facts that the library remembers so that they need not be found out again, such as which precision agreed on a
/// dataset. Part of a Library, whose thread is its thread; throws Error{Disk|Library}.
class FactStore {
public:
    explicit FactStore(SQLite::Database &database) : m_database(&database) {}

    std::optional<std::string> get(const std::string &key) const;
    void set(const std::string &key, const std::string &value);
    void set(const std::map<std::string, std::string> &facts);  ///< in one transaction
    /// Those whose keys begin with `prefix`, which must not be empty.
    std::map<std::string, std::string> under(const std::string &prefix) const;

private:
    void noteUse() const;

    SQLite::Database *m_database;
    mutable bool m_noted = false;  ///< this object has noted that they are used
};

}  // namespace dank
