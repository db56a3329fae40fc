#pragma once

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/weights/weights_file.h"
#include "tests/weights/encode_safetensors.h"

/// Ends the program, so that the fuzzer keeps the input.
inline void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// A file may be refused only for its format and in words that fit a terminal.
inline void checkRefusal(const dank::Error &error)
{
    const std::string text = error.what();
    require(error.kind() == dank::ErrorKind::Format && dank::printable(dank::sanitizeUtf8(text)) == text);
    require((text.starts_with("'fuzz' is not a usable ") || text.starts_with("'fuzz' is not a weights file: "))
            && text.ends_with(".") && text.size() < 1000);
}

/// What must hold for every file that was accepted: each tensor as long as its shape says, its bytes readable, and all
/// of it the same after a way through safetensors. `metadata` as the file had it.
inline void checkTensors(const dank::TensorFile &file)
{
    std::vector<dank::TensorToWrite> tensors;
    for (const auto &[name, view] : file.tensors()) {
        std::uint64_t bytes = dank::dtypeSize(view.type);
        for (const std::int64_t side : view.shape)
            bytes *= std::uint64_t(side);
        require(std::find(view.shape.begin(), view.shape.end(), 0) != view.shape.end() ? view.bytes.empty()
                                                                                       : bytes == view.bytes.size());
        volatile unsigned sum = 0;
        for (const std::byte byte : view.bytes)
            sum = sum + unsigned(byte);
        tensors.push_back({name, view.type, view.shape, view.bytes});
    }
    try {
        const dank::TensorFile again = dank::parseSafetensors(encodeSafetensors(tensors, file.metadata()));
        require(again.tensors().size() == file.tensors().size() && again.metadata() == file.metadata());
        for (const auto &[name, view] : file.tensors()) {
            const dank::TensorView *const other = again.find(name);
            require(other && other->type == view.type && other->shape == view.shape
                    && std::ranges::equal(other->bytes, view.bytes));
        }
        require(dank::contentHash(again) == dank::contentHash(file));
    } catch (const std::exception &) {
        require(false);
    }
}
