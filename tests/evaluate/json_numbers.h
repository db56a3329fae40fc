#pragma once

#include <QJsonArray>
#include <QJsonValue>

#include <vector>

namespace dank::test {

/// The numbers of an array of a golden file.
template <typename T>
std::vector<T> numbers(const QJsonValue &array)
{
    std::vector<T> result;
    for (const QJsonValue &value : array.toArray())
        result.push_back(static_cast<T>(value.toDouble()));
    return result;
}

}  // namespace dank::test
