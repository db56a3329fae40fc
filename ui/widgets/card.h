#pragma once

#include <QFrame>
#include <QLabel>
#include <QToolButton>

class QHBoxLayout;
class QPushButton;
class QVBoxLayout;

namespace dank::ui {

/// A label in one of the theme's text roles; muted ones recolour with the palette. Always plain text: data is never
/// read as HTML.
class TextLabel : public QLabel {
    Q_OBJECT
public:
    enum class Tone { Normal, Muted, Accent, Ok, Warn, Bad };
    explicit TextLabel(const QString &text = {}, int role = 2 /* TextRole::Body */, Tone tone = Tone::Normal,
                       QWidget *parent = nullptr);
    void setTone(Tone tone);
    /// Long texts end in an ellipsis instead of widening the window; the whole text is the tooltip.
    void setElided(bool elided);
    bool isElided() const { return m_elided; }
    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void recolour();
    Tone m_tone;
    bool m_elided = false;
};

/// A rounded surface with a title line and a body: what every page is made of. Padding 14, radius 8.
class Card : public QFrame {
    Q_OBJECT
public:
    explicit Card(const QString &title = {}, QWidget *parent = nullptr);
    void setTitle(const QString &title);
    void setTitleElided();                      ///< for a title that others write; there is no subtitle then
    void setSubtitle(const QString &text);      ///< muted, beside the title
    QHBoxLayout *header() { return m_header; }  ///< add chips and buttons at its right end
    QVBoxLayout *body() { return m_body; }

private:
    QHBoxLayout *m_header;
    QVBoxLayout *m_body;
    TextLabel *m_title;
    TextLabel *m_subtitle;
};

/// A small pill on a sunken ground: "log axis, auto ✕", "offline", a menu button.
class Chip : public QToolButton {
    Q_OBJECT
public:
    explicit Chip(const QString &text = {}, QWidget *parent = nullptr);
};

/// The page header: a title, a muted line under it, and room at the right for controls.
class PageHeader : public QWidget {
    Q_OBJECT
public:
    explicit PageHeader(const QString &title, QWidget *parent = nullptr);
    void setTitle(const QString &title) { m_title->setText(title); }
    void setSubtitle(const QString &text) { m_subtitle->setText(text); }
    QHBoxLayout *controls() { return m_controls; }

private:
    TextLabel *m_title;
    TextLabel *m_subtitle;
    QHBoxLayout *m_controls;
};

/// The calm page shown while there is nothing yet: icon, one sentence, the primary button, "or drop it here",
/// optional extra widgets (recent files, Try the sample).
class EmptyState : public QWidget {
    Q_OBJECT
public:
    EmptyState(const QString &iconName, const QString &sentence, const QString &buttonText, QWidget *parent = nullptr);
    void setSentence(const QString &sentence) { m_sentence->setText(sentence); }
    void setHint(const QString &text);  ///< muted, under the button
    void setButton(const QString &text, bool enabled);
    void setPrimary(bool primary);  ///< off for a button that is no step forward, such as Cancel
    QVBoxLayout *extra() { return m_extra; }

signals:
    void clicked();

private:
    TextLabel *m_sentence;
    QPushButton *m_button;
    TextLabel *m_hint;
    QVBoxLayout *m_extra;
};

}  // namespace dank::ui
