#pragma once

#include <QString>

class QPlainTextEdit;

namespace dank::ui {

/// A field for a text that is read and copied, not written: breaks anywhere, no frame, Tab leaves it.
QPlainTextEdit *makeReadOnlyText(const QString &name, bool monospaced);

/// Sets the text of a field made so, and its height to what that takes at its width.
void setReadOnlyText(QPlainTextEdit *field, const QString &text);

}  // namespace dank::ui
