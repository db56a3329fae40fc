#pragma once

#include <QFile>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/weights/safetensors.h"
#include "core/weights/tensor_file.h"

/// The path of a file that tests/reference/torch_files.py wrote.
inline std::filesystem::path golden(const std::string &name)
{
    return std::filesystem::path(DANK_TEST_DATA) / "golden" / name;
}

inline std::vector<std::byte> bytesOf(const std::filesystem::path &path)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot open %s", path.c_str());
    const QByteArray all = file.readAll();
    const auto *const begin = reinterpret_cast<const std::byte *>(all.constData());
    return {begin, begin + all.size()};
}

/// The first difference between two files' tensors, or nothing.
inline std::string difference(const dank::TensorFile &left, const dank::TensorFile &right)
{
    if (left.tensors().size() != right.tensors().size())
        return "number of tensors";
    for (const auto &[name, view] : left.tensors()) {
        const dank::TensorView *const other = right.find(name);
        if (!other)
            return name + " is missing";
        if (view.type != other->type)
            return name + " has another type";
        if (view.shape != other->shape)
            return name + " has another shape";
        if (!std::ranges::equal(view.bytes, other->bytes))
            return name + " has other bytes";
    }
    return {};
}

/// Touches every byte that was handed out, so that a view beyond its memory would be caught.
inline unsigned readAll(const dank::TensorFile &file)
{
    unsigned sum = 0;
    for (const auto &[name, view] : file.tensors())
        for (const std::byte byte : view.bytes)
            sum += unsigned(byte);
    return sum;
}
