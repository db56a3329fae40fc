#include "ui/widgets/file_names.h"

#include <QFile>

#include <algorithm>

#include "core/base/code_points.h"

namespace dank::ui {

namespace {

constexpr char16_t kByte = 0xdc00;  ///< plus 0x80 to 0xff: half of a pair that is not there

bool isByte(const QString &text, qsizetype at)
{
    const char16_t unit = text[at].unicode();
    return unit >= kByte + 0x80 && unit <= kByte + 0xff && !(at > 0 && text[at - 1].isHighSurrogate());
}

}  // namespace

QString toQString(const std::filesystem::path &path)
{
    const std::string &bytes = path.native();
    QString text;
    std::size_t taken = 0;
    const auto take = [&](std::size_t to) {
        text += QFile::decodeName(QByteArray(bytes.data() + taken, qsizetype(to - taken)));
    };
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t from = at;
        if (nextCodePoint(bytes, at) != kNoCharacter || at > from + 1)
            continue;
        take(from);
        text += QChar(char16_t(kByte + static_cast<unsigned char>(bytes[from])));
        taken = at;
    }
    take(bytes.size());
    return text;
}

std::filesystem::path toPath(const QString &text)
{
    QByteArray bytes;
    qsizetype taken = 0;
    for (qsizetype at = 0; at < text.size(); ++at) {
        if (!isByte(text, at))
            continue;
        bytes += QFile::encodeName(text.mid(taken, at - taken));
        bytes += char(text[at].unicode() - kByte);
        taken = at + 1;
    }
    return (bytes + QFile::encodeName(text.mid(taken))).toStdString();
}

}  // namespace dank::ui
